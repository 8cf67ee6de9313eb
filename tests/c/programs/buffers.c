// When what is written to stdout arrives, between what goes past its buffer.
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void past(const char *text) {
  if (write(1, text, strlen(text)) < 0)
    _exit(1);
}

int main(int count, char **arguments) {
  const char *mode = count > 1 ? arguments[1] : "";
  if (strcmp(mode, "lines") == 0)
    setvbuf(stdout, NULL, _IOLBF, 0);
  if (strcmp(mode, "all") == 0)
    setvbuf(stdout, NULL, _IOFBF, 0);
  if (strcmp(mode, "none") == 0)
    setvbuf(stdout, NULL, _IONBF, 0);
  if (strcmp(mode, "flush") == 0) {
    printf("before ");
    fflush(stdout);
  }
  if (strcmp(mode, "letters") == 0) {
    putchar('x');
    putchar('\n');
  }
  printf("A %d\n", 1);
  past("B\n");
  puts("C");
  past("D\n");
  fflush(stdout);
  past("E\n");
  fputs("F\nG", stdout);
  past("H\n");
  return 0;
}
