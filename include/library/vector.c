// The strings that a host hands over, arguments and environment alike.
#include "vector.h"

#include <stdlib.h>
#include <string.h>

char **__strings(int (*fill)(void *, size_t), int *count) {
  const size_t size = (size_t)fill(NULL, 0);
  char *bytes = malloc(size + 1);
  if (bytes == NULL)
    __builtin_trap();
  fill(bytes, size);
  *count = 0;
  for (size_t i = 0; i < size; i++)
    *count += bytes[i] == 0;
  char **array = calloc((size_t)*count + 1, sizeof *array);
  if (array == NULL)
    __builtin_trap();
  for (int i = 0; i < *count; i++) {
    array[i] = bytes;
    bytes += strlen(bytes) + 1;
  }
  return array;
}
