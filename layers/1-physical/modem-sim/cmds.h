/* cmds.h - the subcommands of modem-sim, a file each in this folder; argv[0] is the subcommand's name. */
#ifndef OSIKIT_MODEM_CMDS_H
#define OSIKIT_MODEM_CMDS_H

int modem_tx(int argc, char **argv);
int modem_rx(int argc, char **argv);
int modem_channel(int argc, char **argv);
int modem_line(int argc, char **argv);
int modem_ber(int argc, char **argv);
int modem_fec(int argc, char **argv);
int modem_show(int argc, char **argv);
int modem_capacity(int argc, char **argv);

#endif
