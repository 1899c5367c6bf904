// The terminal as the user had it, given back on every exit path. C, because a signal handler may touch
// nothing that could be initialised lazily; everything called here is async-signal-safe.
#include "CEditShim.h"

#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#define FATAL_SIGNALS 7
static const int fatal[FATAL_SIGNALS] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGABRT, SIGFPE, SIGHUP};
static struct sigaction former[FATAL_SIGNALS];

static struct termios saved;
static volatile sig_atomic_t guarded = -1;
static volatile sig_atomic_t understands_escapes;

// A crash in the middle of an image would leave the terminal swallowing text: ESC \ ends that string.
static const char farewell[] = "\033\\\033[?2004l";

void terminal_guard_restore(void) {
  if (guarded < 0) return;
  if (understands_escapes) {
    ssize_t written = write(STDOUT_FILENO, farewell, sizeof farewell - 1);
    (void)written;
  }
  tcsetattr(guarded, TCSANOW, &saved);
}

// The former handler (the runtime's backtrace, or the default) then has its turn.
static void on_fatal_signal(int number) {
  terminal_guard_restore();
  for (int i = 0; i < FATAL_SIGNALS; i++)
    if (fatal[i] == number) sigaction(number, &former[i], NULL);
  raise(number);
}

void terminal_guard_install(int descriptor, int escapes) {
  if (guarded >= 0 || tcgetattr(descriptor, &saved) != 0) return;
  guarded = descriptor;
  understands_escapes = escapes;
  atexit(terminal_guard_restore);
  for (int i = 0; i < FATAL_SIGNALS; i++) {
    struct sigaction action = {.sa_handler = on_fatal_signal};
    sigaction(fatal[i], &action, &former[i]);
  }
}
