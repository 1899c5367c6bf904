// How long threads without work stay awake. libgomp's would spin for milliseconds before they sleep: while a neighbour wants the
// processor, that is time the thread they wait for does not get, and two programs on the same processors slow each other
// tenfold. They are told to spin some ten microseconds, the gap between two operations of a small network.
//
// libgomp reads this from the environment when it is loaded, before main, and nowhere else. So the setting stands there while
// libraries start, in the place of a variable that none of them reads (the block cannot grow yet); programs started from here
// never see it. Whoever sets OMP_WAIT_POLICY or GOMP_SPINCOUNT has decided otherwise.
#include <stdbool.h>
#include <stddef.h>

// Sanitizers are not there yet when this runs.
#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)

extern char **environ;

static char setting[] = "GOMP_SPINCOUNT=700";
static char *displaced;

/// Whether an entry of the environment is that of a variable; `name` ends in "=".
static bool is_named(const char *entry, const char *name) {
  while (*name && *entry == *name) entry++, name++;
  return *name == 0;
}

static void put_setting(int count, char **arguments, char **environment) {
  (void)count, (void)arguments;
  char **place = NULL;
  for (char **entry = environment; *entry; entry++) {
    if (is_named(*entry, "GOMP_SPINCOUNT=") || is_named(*entry, "OMP_WAIT_POLICY=")) return;
    if (is_named(*entry, "PATH=")) place = entry;
  }
  if (!place) return;
  displaced = *place;
  *place = setting;
}

static void take_setting_away(void) {
  for (char **entry = environ; displaced && *entry; entry++)
    if (*entry == setting) *entry = displaced;
}

// What the loader calls before any library starts, and when all have. Entries of these sections, not attributes: linkers
// that drop unused sections keep what is marked as used.
#define ENTRY(when) __attribute__((section(when), used)) static
ENTRY(".preinit_array") void (*const before_libraries)(int, char **, char **) = put_setting;
ENTRY(".init_array") void (*const after_libraries)(void) = take_setting_away;

#endif
