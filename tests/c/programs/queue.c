// The lists and queues of sys/queue.h: each operation, at the beginning, in the middle, at the end.
#include <stdio.h>
#include <sys/queue.h>

enum { ITEMS = 6 };

struct item {
  int number;
  SLIST_ENTRY(item) single;
  LIST_ENTRY(item) list;
  STAILQ_ENTRY(item) simple;
  SIMPLEQ_ENTRY(item) other;
  TAILQ_ENTRY(item) tail;
};

static struct item items[ITEMS] = {{.number = 0}, {.number = 1}, {.number = 2},
                                   {.number = 3}, {.number = 4}, {.number = 5}};

#define SHOW(KIND, head, field)                                                                    \
  do {                                                                                             \
    struct item *at;                                                                               \
    printf(#KIND " empty %d:", KIND##_EMPTY(head));                                                \
    KIND##_FOREACH(at, head, field) printf(" %d", at->number);                                     \
    printf("\n");                                                                                  \
  } while (0)

static void single(void) {
  SLIST_HEAD(, item) head = SLIST_HEAD_INITIALIZER(head);
  SHOW(SLIST, &head, single);
  SLIST_INIT(&head);
  SLIST_INSERT_HEAD(&head, &items[0], single);
  SLIST_INSERT_AFTER(&items[0], &items[2], single);
  SLIST_INSERT_AFTER(&items[0], &items[1], single);
  SLIST_INSERT_HEAD(&head, &items[3], single);
  SHOW(SLIST, &head, single);
  SLIST_REMOVE(&head, &items[3], item, single);
  SLIST_REMOVE(&head, &items[2], item, single);
  SHOW(SLIST, &head, single);
  SLIST_REMOVE_HEAD(&head, single);
  SHOW(SLIST, &head, single);
}

static void list(void) {
  LIST_HEAD(, item) head = LIST_HEAD_INITIALIZER(head);
  SHOW(LIST, &head, list);
  LIST_INIT(&head);
  LIST_INSERT_HEAD(&head, &items[1], list);
  LIST_INSERT_HEAD(&head, &items[0], list);
  LIST_INSERT_AFTER(&items[1], &items[3], list);
  LIST_INSERT_BEFORE(&items[3], &items[2], list);
  LIST_INSERT_BEFORE(&items[0], &items[4], list);
  LIST_INSERT_AFTER(&items[0], &items[5], list);
  SHOW(LIST, &head, list);
  LIST_REMOVE(&items[4], list);
  LIST_REMOVE(&items[3], list);
  LIST_REMOVE(&items[5], list);
  SHOW(LIST, &head, list);
}

static void simple(void) {
  STAILQ_HEAD(, item) head = STAILQ_HEAD_INITIALIZER(head);
  STAILQ_HEAD(, item) more;
  SHOW(STAILQ, &head, simple);
  STAILQ_INIT(&more);
  STAILQ_INSERT_TAIL(&head, &items[1], simple);
  STAILQ_INSERT_HEAD(&head, &items[0], simple);
  STAILQ_INSERT_AFTER(&head, &items[1], &items[2], simple);
  STAILQ_INSERT_TAIL(&head, &items[3], simple);
  SHOW(STAILQ, &head, simple);
  STAILQ_REMOVE(&head, &items[3], item, simple);
  STAILQ_INSERT_HEAD(&more, &items[4], simple);
  STAILQ_INSERT_TAIL(&more, &items[5], simple);
  STAILQ_CONCAT(&head, &more);
  STAILQ_INSERT_TAIL(&head, &items[3], simple);
  SHOW(STAILQ, &head, simple);
  SHOW(STAILQ, &more, simple);
  for (int i = 0; i < ITEMS; i++)
    STAILQ_REMOVE_HEAD(&head, simple);
  STAILQ_INSERT_TAIL(&head, &items[2], simple);
  SHOW(STAILQ, &head, simple);

  SIMPLEQ_HEAD(, item) other = SIMPLEQ_HEAD_INITIALIZER(other);
  SHOW(SIMPLEQ, &other, other);
  SIMPLEQ_INIT(&other);
  SIMPLEQ_INSERT_TAIL(&other, &items[1], other);
  SIMPLEQ_INSERT_HEAD(&other, &items[0], other);
  SIMPLEQ_INSERT_TAIL(&other, &items[2], other);
  SIMPLEQ_REMOVE_HEAD(&other, other);
  SHOW(SIMPLEQ, &other, other);
}

TAILQ_HEAD(tails, item);

static void show_tails(struct tails *head) {
  struct item *at;
  SHOW(TAILQ, head, tail);
  printf("backwards:");
  TAILQ_FOREACH_REVERSE(at, head, tails, tail)
  printf(" %d", at->number);
  printf(", last %d\n", TAILQ_EMPTY(head) ? -1 : TAILQ_LAST(head, tails)->number);
}

static void tail(void) {
  struct tails head = TAILQ_HEAD_INITIALIZER(head);
  struct tails more;
  show_tails(&head);
  TAILQ_INIT(&more);
  TAILQ_INSERT_TAIL(&head, &items[1], tail);
  TAILQ_INSERT_HEAD(&head, &items[0], tail);
  TAILQ_INSERT_AFTER(&head, &items[1], &items[3], tail);
  TAILQ_INSERT_BEFORE(&items[3], &items[2], tail);
  TAILQ_INSERT_BEFORE(&items[0], &items[4], tail);
  show_tails(&head);
  printf("before 2: %d\n", TAILQ_PREV(&items[2], tails, tail)->number);
  TAILQ_REMOVE(&head, &items[4], tail);
  TAILQ_REMOVE(&head, &items[3], tail);
  TAILQ_REMOVE(&head, &items[1], tail);
  show_tails(&head);
  TAILQ_INSERT_HEAD(&more, &items[4], tail);
  TAILQ_INSERT_AFTER(&more, &items[4], &items[5], tail);
  TAILQ_CONCAT(&head, &more, tail);
  show_tails(&head);
  show_tails(&more);
}

int main(void) {
  single();
  list();
  simple();
  tail();
  return 0;
}
