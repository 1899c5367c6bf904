// libedit's variadic calls, one function for each use; see CEditShim.h.
#include <termios.h>
#include <unistd.h>
#include "CEditShim.h"

#include <stdio.h>

EditLine *edit_open(const char *program) { return el_init(program, stdin, stdout, stderr); }

int edit_set_prompt(EditLine *editor, edit_prompt prompt, char literal) {
  return el_set(editor, EL_PROMPT_ESC, prompt, literal);
}

int edit_set_editor(EditLine *editor, const char *name) { return el_set(editor, EL_EDITOR, name); }

int edit_set_signal(EditLine *editor, int handled) { return el_set(editor, EL_SIGNAL, handled); }

int edit_set_reader(EditLine *editor, edit_reader reader) {
  return el_set(editor, EL_GETCFN, reader);
}

int edit_add_function(EditLine *editor, const char *name, const char *help, edit_function body) {
  return el_set(editor, EL_ADDFN, name, help, body);
}

int edit_bind(EditLine *editor, const char *keys, const char *function) {
  return el_set(editor, EL_BIND, keys, function, NULL);
}

int edit_set_terminal(EditLine *editor, const char *mode, const char *flag) {
  return el_set(editor, EL_SETTY, mode, flag, NULL);
}

int edit_set_client(EditLine *editor, void *client) {
  return el_set(editor, EL_CLIENTDATA, client);
}

void *edit_client(EditLine *editor) {
  void *client = NULL;
  el_get(editor, EL_CLIENTDATA, &client);
  return client;
}

int edit_refresh(EditLine *editor) { return el_set(editor, EL_REFRESH); }

int edit_prepare_terminal(EditLine *editor, int raw) {
  int result = el_set(editor, EL_PREP_TERM, raw);
  struct termios settings;
  // libedit lets the terminal make one of CR and LF, and a CR LF in a paste would be two lines.
  if (raw && tcgetattr(STDIN_FILENO, &settings) == 0) {
    settings.c_iflag &= ~(tcflag_t)(ICRNL | INLCR);
    tcsetattr(STDIN_FILENO, TCSADRAIN, &settings);
  }
  return result;
}
