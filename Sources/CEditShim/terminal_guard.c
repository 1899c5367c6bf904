// The terminal as the user had it, given back on every exit path. C, because a signal handler may touch
// nothing that could be initialised lazily; everything called here is async-signal-safe.
#include "CEditShim.h"

#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

static struct termios saved;
static volatile sig_atomic_t guarded = -1;

// A crash in the middle of an image would leave the terminal swallowing text: ESC \ ends that string.
static const char farewell[] = "\033\\\033[?2004l\033[0m";

void terminal_guard_restore(void) {
  if (guarded < 0) return;
  ssize_t written = write(STDOUT_FILENO, farewell, sizeof farewell - 1);
  (void)written;
  tcsetattr(guarded, TCSANOW, &saved);
}

static void on_fatal_signal(int number) {
  terminal_guard_restore();
  signal(number, SIG_DFL);
  raise(number);
}

void terminal_guard_install(int descriptor) {
  if (guarded >= 0 || tcgetattr(descriptor, &saved) != 0) return;
  guarded = descriptor;
  atexit(terminal_guard_restore);
  static const int fatal[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGABRT, SIGFPE, SIGHUP};
  for (unsigned i = 0; i < sizeof fatal / sizeof *fatal; i++) {
    struct sigaction action = {.sa_handler = on_fatal_signal};
    sigaction(fatal[i], &action, NULL);
  }
}
