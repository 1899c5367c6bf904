// The terminal as the user had it, given back on every exit path. C, because a signal handler may touch
// nothing that could be initialised lazily; everything called here is async-signal-safe.
#include "CEditShim.h"

#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#define FATAL_SIGNALS 8
static const int fatal[FATAL_SIGNALS] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGABRT, SIGFPE, SIGHUP, SIGQUIT};
static struct sigaction former[FATAL_SIGNALS];

static struct termios saved;
static volatile sig_atomic_t guarded = -1;
static volatile sig_atomic_t understands_escapes;
// Another program has the terminal, in the settings that it wants.
static volatile sig_atomic_t is_lent;

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

void terminal_guard_lend(void) {
  terminal_guard_restore();
  is_lent = 1;
}

void terminal_guard_quieten(void) {
  is_lent = 0;
  // Not from the background: the process would be stopped for it.
  if (guarded < 0 || tcgetpgrp(guarded) != getpgrp()) return;
  struct termios quiet = saved;
  quiet.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
  quiet.c_cc[VMIN] = 1;
  quiet.c_cc[VTIME] = 0;
  // A slip of the finger, or a byte of a binary, is not to end a session.
  quiet.c_cc[VQUIT] = _POSIX_VDISABLE;
  tcsetattr(guarded, TCSANOW, &quiet);
}

void terminal_guard_suspend(int number) {
  struct sigaction handled, standard = {.sa_handler = SIG_DFL};
  sigset_t only, former_mask;
  int was_lent = is_lent;
  if (!was_lent) terminal_guard_restore();
  sigaction(number, &standard, &handled);
  sigemptyset(&only);
  sigaddset(&only, number);
  raise(number);
  // It is stopped here, and goes on here.
  pthread_sigmask(SIG_UNBLOCK, &only, &former_mask);
  pthread_sigmask(SIG_SETMASK, &former_mask, NULL);
  sigaction(number, &handled, NULL);
  if (!was_lent) terminal_guard_quieten();
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
