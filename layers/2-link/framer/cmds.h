/* cmds.h - the subcommands of framer, a file each in this folder; argv[0] is the subcommand's name. */
#ifndef OSIKIT_FRAMER_CMDS_H
#define OSIKIT_FRAMER_CMDS_H

int framer_crc(int argc, char **argv);

#endif
