/* Turns functions that are easy to misuse into compile errors. Force-included into every source. */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

/* The system headers that declare them come first, so that only our own uses are poisoned. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#undef sprintf
#undef vsprintf
#pragma GCC poison strcpy strcat sprintf vsprintf strtok atoi atol atoll gets
#undef alloca
#pragma GCC poison gmtime localtime ctime asctime srand alloca system popen
/* OpenSSL names parameters so, so that only lint can ban it:
#lint poison rand */

#endif
