/* cmds.h - the subcommands of framer, a file each in this folder; argv[0] is the subcommand's name. */
#ifndef OSIKIT_FRAMER_CMDS_H
#define OSIKIT_FRAMER_CMDS_H

int framer_crc(int argc, char **argv);
int framer_parity(int argc, char **argv);
int framer_hamming(int argc, char **argv);
int framer_checksum(int argc, char **argv);
int framer_stuff(int argc, char **argv);
int framer_unstuff(int argc, char **argv);
int framer_bridge(int argc, char **argv);

#endif
