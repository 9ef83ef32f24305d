/* poolctl: the command line of the gateway. */
#include <string.h>

#include "complete.h"
#include "ctl.h"

int main(int argc, char *argv[])
{
    /* For the completion of shells, and in no table: nobody is meant to type it. */
    if (argc > 1 && strcmp(argv[1], "__complete") == 0)
        return complete_main(argc - 2, argv + 2);
    return ctl_run(argc, argv);
}
