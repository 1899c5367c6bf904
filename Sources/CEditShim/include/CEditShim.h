// Fixed-signature doors to libedit's variadic calls, which Swift cannot import, and the guard that gives
// the terminal back on every way out of the process. Implementations: editline.c, terminal_guard.c.
#ifndef CEDITSHIM_H
#define CEDITSHIM_H

#include <histedit.h>
#include <signal.h>
#include <sys/types.h>
#include <wchar.h>

typedef unsigned char (*edit_function)(EditLine *, int);
typedef char *(*edit_prompt)(EditLine *);
typedef int (*edit_reader)(EditLine *, wchar_t *);

/// Opens an editor on the process's own standard streams; NULL when it cannot. el_init.
EditLine *edit_open(const char *program);

/// The prompt function; `literal` brackets parts that take no room (colours). el_set EL_PROMPT_ESC.
int edit_set_prompt(EditLine *, edit_prompt, char literal);
/// "emacs" or "vi". el_set EL_EDITOR.
int edit_set_editor(EditLine *, const char *name);
/// 0: the program handles signals itself. el_set EL_SIGNAL.
int edit_set_signal(EditLine *, int handled);
/// Where characters come from. el_set EL_GETCFN.
int edit_set_reader(EditLine *, edit_reader);
/// A named editing function. el_set EL_ADDFN.
int edit_add_function(EditLine *, const char *name, const char *help, edit_function);
/// Binds a key sequence (libedit's notation) to a function's name. el_set EL_BIND.
int edit_bind(EditLine *, const char *keys, const char *function);
/// Sets or clears a flag of the terminal in a mode: "-d" while editing, "-x" otherwise; "-echo". el_set EL_SETTY.
int edit_set_terminal(EditLine *, const char *mode, const char *flag);
/// A pointer that the callbacks get back. el_set and el_get EL_CLIENTDATA.
int edit_set_client(EditLine *, void *);
void *edit_client(EditLine *);
/// Draws prompt and line anew. el_set EL_REFRESH.
int edit_refresh(EditLine *);
/// 1: raw, 0: as the user had it. el_set EL_PREP_TERM.
int edit_prepare_terminal(EditLine *, int raw);

/// Remembers the terminal's settings and puts them back, with bracketed paste off and an open image
/// string closed, at exit and when a fatal signal kills the process. Call once, before the first prompt.
/// `escapes`: whether the terminal understands escape sequences at all.
void terminal_guard_install(int descriptor, int escapes);
/// What the guard does, for a process that goes on.
void terminal_guard_restore(void);
/// The same, until terminal_guard_quieten: another program works on the terminal.
void terminal_guard_lend(void);
/// The remembered settings without echo and line gathering, for the time in which nobody reads: what is typed waits for the
/// prompt, which shows it. Ctrl-C stays a signal.
void terminal_guard_quieten(void);
/// A handler of SIGTSTP: gives the terminal back, stops the process, and takes the terminal when it goes on.
void terminal_guard_suspend(int number);

#endif
