// Lists and queues whose links are members of their elements: the macros that BSD and glibc have,
// with the same names of members.
#ifndef _TRIPOLL_SYS_QUEUE_H
#define _TRIPOLL_SYS_QUEUE_H

// ---- SLIST: a single link, from the head on -----------------------------------------------------

#define SLIST_HEAD(name, type)                                                                     \
  struct name {                                                                                    \
    struct type *slh_first;                                                                        \
  }
#define SLIST_HEAD_INITIALIZER(head)                                                               \
  { 0 }
#define SLIST_ENTRY(type)                                                                          \
  struct {                                                                                         \
    struct type *sle_next;                                                                         \
  }

#define SLIST_FIRST(head) ((head)->slh_first)
#define SLIST_NEXT(element, field) ((element)->field.sle_next)
#define SLIST_EMPTY(head) (SLIST_FIRST(head) == 0)
#define SLIST_FOREACH(at, head, field)                                                             \
  for ((at) = SLIST_FIRST(head); (at) != 0; (at) = SLIST_NEXT(at, field))

#define SLIST_INIT(head) ((void)(SLIST_FIRST(head) = 0))
#define SLIST_INSERT_HEAD(head, element, field)                                                    \
  do {                                                                                             \
    SLIST_NEXT(element, field) = SLIST_FIRST(head);                                                \
    SLIST_FIRST(head) = (element);                                                                 \
  } while (0)
#define SLIST_INSERT_AFTER(place, element, field)                                                  \
  do {                                                                                             \
    SLIST_NEXT(element, field) = SLIST_NEXT(place, field);                                         \
    SLIST_NEXT(place, field) = (element);                                                          \
  } while (0)
#define SLIST_REMOVE_HEAD(head, field)                                                             \
  ((void)(SLIST_FIRST(head) = SLIST_NEXT(SLIST_FIRST(head), field)))
#define SLIST_REMOVE(head, element, type, field)                                                   \
  do {                                                                                             \
    struct type **__link = &SLIST_FIRST(head);                                                     \
    while (*__link != (element))                                                                   \
      __link = &SLIST_NEXT(*__link, field);                                                        \
    *__link = SLIST_NEXT(*__link, field);                                                          \
  } while (0)

// ---- LIST: an element can be taken out without looking for it -----------------------------------

#define LIST_HEAD(name, type)                                                                      \
  struct name {                                                                                    \
    struct type *lh_first;                                                                         \
  }
#define LIST_HEAD_INITIALIZER(head)                                                                \
  { 0 }
// le_prev is where the pointer to this element is: in the one before it, or in the head.
#define LIST_ENTRY(type)                                                                           \
  struct {                                                                                         \
    struct type *le_next;                                                                          \
    struct type **le_prev;                                                                         \
  }

#define LIST_FIRST(head) ((head)->lh_first)
#define LIST_NEXT(element, field) ((element)->field.le_next)
#define LIST_EMPTY(head) (LIST_FIRST(head) == 0)
#define LIST_FOREACH(at, head, field)                                                              \
  for ((at) = LIST_FIRST(head); (at) != 0; (at) = LIST_NEXT(at, field))

#define LIST_INIT(head) ((void)(LIST_FIRST(head) = 0))
#define LIST_INSERT_HEAD(head, element, field)                                                     \
  do {                                                                                             \
    LIST_NEXT(element, field) = LIST_FIRST(head);                                                  \
    if (LIST_FIRST(head) != 0)                                                                     \
      LIST_FIRST(head)->field.le_prev = &LIST_NEXT(element, field);                                \
    LIST_FIRST(head) = (element);                                                                  \
    (element)->field.le_prev = &LIST_FIRST(head);                                                  \
  } while (0)
#define LIST_INSERT_AFTER(place, element, field)                                                   \
  do {                                                                                             \
    LIST_NEXT(element, field) = LIST_NEXT(place, field);                                           \
    if (LIST_NEXT(place, field) != 0)                                                              \
      LIST_NEXT(place, field)->field.le_prev = &LIST_NEXT(element, field);                         \
    LIST_NEXT(place, field) = (element);                                                           \
    (element)->field.le_prev = &LIST_NEXT(place, field);                                           \
  } while (0)
#define LIST_INSERT_BEFORE(place, element, field)                                                  \
  do {                                                                                             \
    (element)->field.le_prev = (place)->field.le_prev;                                             \
    LIST_NEXT(element, field) = (place);                                                           \
    *(place)->field.le_prev = (element);                                                           \
    (place)->field.le_prev = &LIST_NEXT(element, field);                                           \
  } while (0)
#define LIST_REMOVE(element, field)                                                                \
  do {                                                                                             \
    if (LIST_NEXT(element, field) != 0)                                                            \
      LIST_NEXT(element, field)->field.le_prev = (element)->field.le_prev;                         \
    *(element)->field.le_prev = LIST_NEXT(element, field);                                         \
  } while (0)

// ---- STAILQ, and SIMPLEQ, its other name: a single link, and the head knows the end -------------

#define STAILQ_HEAD(name, type)                                                                    \
  struct name {                                                                                    \
    struct type *stqh_first;                                                                       \
    struct type **stqh_last;                                                                       \
  }
#define STAILQ_HEAD_INITIALIZER(head)                                                              \
  { 0, &(head).stqh_first }
#define STAILQ_ENTRY(type)                                                                         \
  struct {                                                                                         \
    struct type *stqe_next;                                                                        \
  }

#define STAILQ_FIRST(head) ((head)->stqh_first)
#define STAILQ_NEXT(element, field) ((element)->field.stqe_next)
#define STAILQ_EMPTY(head) (STAILQ_FIRST(head) == 0)
#define STAILQ_FOREACH(at, head, field)                                                            \
  for ((at) = STAILQ_FIRST(head); (at) != 0; (at) = STAILQ_NEXT(at, field))

#define STAILQ_INIT(head)                                                                          \
  do {                                                                                             \
    STAILQ_FIRST(head) = 0;                                                                        \
    (head)->stqh_last = &STAILQ_FIRST(head);                                                       \
  } while (0)
#define STAILQ_INSERT_HEAD(head, element, field)                                                   \
  do {                                                                                             \
    STAILQ_NEXT(element, field) = STAILQ_FIRST(head);                                              \
    if (STAILQ_FIRST(head) == 0)                                                                   \
      (head)->stqh_last = &STAILQ_NEXT(element, field);                                            \
    STAILQ_FIRST(head) = (element);                                                                \
  } while (0)
#define STAILQ_INSERT_TAIL(head, element, field)                                                   \
  do {                                                                                             \
    STAILQ_NEXT(element, field) = 0;                                                               \
    *(head)->stqh_last = (element);                                                                \
    (head)->stqh_last = &STAILQ_NEXT(element, field);                                              \
  } while (0)
#define STAILQ_INSERT_AFTER(head, place, element, field)                                           \
  do {                                                                                             \
    STAILQ_NEXT(element, field) = STAILQ_NEXT(place, field);                                       \
    if (STAILQ_NEXT(place, field) == 0)                                                            \
      (head)->stqh_last = &STAILQ_NEXT(element, field);                                            \
    STAILQ_NEXT(place, field) = (element);                                                         \
  } while (0)
#define STAILQ_REMOVE_HEAD(head, field)                                                            \
  do {                                                                                             \
    STAILQ_FIRST(head) = STAILQ_NEXT(STAILQ_FIRST(head), field);                                   \
    if (STAILQ_FIRST(head) == 0)                                                                   \
      (head)->stqh_last = &STAILQ_FIRST(head);                                                     \
  } while (0)
#define STAILQ_REMOVE(head, element, type, field)                                                  \
  do {                                                                                             \
    struct type **__link = &STAILQ_FIRST(head);                                                    \
    while (*__link != (element))                                                                   \
      __link = &STAILQ_NEXT(*__link, field);                                                       \
    *__link = STAILQ_NEXT(*__link, field);                                                         \
    if (*__link == 0)                                                                              \
      (head)->stqh_last = __link;                                                                  \
  } while (0)
#define STAILQ_CONCAT(head, other)                                                                 \
  do {                                                                                             \
    if (!STAILQ_EMPTY(other)) {                                                                    \
      *(head)->stqh_last = STAILQ_FIRST(other);                                                    \
      (head)->stqh_last = (other)->stqh_last;                                                      \
      STAILQ_INIT(other);                                                                          \
    }                                                                                              \
  } while (0)

#define SIMPLEQ_HEAD(name, type)                                                                   \
  struct name {                                                                                    \
    struct type *sqh_first;                                                                        \
    struct type **sqh_last;                                                                        \
  }
#define SIMPLEQ_HEAD_INITIALIZER(head)                                                             \
  { 0, &(head).sqh_first }
#define SIMPLEQ_ENTRY(type)                                                                        \
  struct {                                                                                         \
    struct type *sqe_next;                                                                         \
  }

#define SIMPLEQ_FIRST(head) ((head)->sqh_first)
#define SIMPLEQ_NEXT(element, field) ((element)->field.sqe_next)
#define SIMPLEQ_EMPTY(head) (SIMPLEQ_FIRST(head) == 0)
#define SIMPLEQ_FOREACH(at, head, field)                                                           \
  for ((at) = SIMPLEQ_FIRST(head); (at) != 0; (at) = SIMPLEQ_NEXT(at, field))

#define SIMPLEQ_INIT(head)                                                                         \
  do {                                                                                             \
    SIMPLEQ_FIRST(head) = 0;                                                                       \
    (head)->sqh_last = &SIMPLEQ_FIRST(head);                                                       \
  } while (0)
#define SIMPLEQ_INSERT_HEAD(head, element, field)                                                  \
  do {                                                                                             \
    SIMPLEQ_NEXT(element, field) = SIMPLEQ_FIRST(head);                                            \
    if (SIMPLEQ_FIRST(head) == 0)                                                                  \
      (head)->sqh_last = &SIMPLEQ_NEXT(element, field);                                            \
    SIMPLEQ_FIRST(head) = (element);                                                               \
  } while (0)
#define SIMPLEQ_INSERT_TAIL(head, element, field)                                                  \
  do {                                                                                             \
    SIMPLEQ_NEXT(element, field) = 0;                                                              \
    *(head)->sqh_last = (element);                                                                 \
    (head)->sqh_last = &SIMPLEQ_NEXT(element, field);                                              \
  } while (0)
#define SIMPLEQ_REMOVE_HEAD(head, field)                                                           \
  do {                                                                                             \
    SIMPLEQ_FIRST(head) = SIMPLEQ_NEXT(SIMPLEQ_FIRST(head), field);                                \
    if (SIMPLEQ_FIRST(head) == 0)                                                                  \
      (head)->sqh_last = &SIMPLEQ_FIRST(head);                                                     \
  } while (0)

// ---- TAILQ: both ends, both ways ----------------------------------------------------------------

#define TAILQ_HEAD(name, type)                                                                     \
  struct name {                                                                                    \
    struct type *tqh_first;                                                                        \
    struct type **tqh_last;                                                                        \
  }
#define TAILQ_HEAD_INITIALIZER(head)                                                               \
  { 0, &(head).tqh_first }
#define TAILQ_ENTRY(type)                                                                          \
  struct {                                                                                         \
    struct type *tqe_next;                                                                         \
    struct type **tqe_prev;                                                                        \
  }

// A head has the layout of an entry: from the place where the pointer to an element is, the next
// word says where the pointer to that place's own element is.
#define TAILQ_FIRST(head) ((head)->tqh_first)
#define TAILQ_NEXT(element, field) ((element)->field.tqe_next)
#define TAILQ_LAST(head, headname) (*((struct headname *)(void *)(head)->tqh_last)->tqh_last)
#define TAILQ_PREV(element, headname, field)                                                       \
  (*((struct headname *)(void *)(element)->field.tqe_prev)->tqh_last)
#define TAILQ_EMPTY(head) (TAILQ_FIRST(head) == 0)
#define TAILQ_FOREACH(at, head, field)                                                             \
  for ((at) = TAILQ_FIRST(head); (at) != 0; (at) = TAILQ_NEXT(at, field))
#define TAILQ_FOREACH_REVERSE(at, head, headname, field)                                           \
  for ((at) = TAILQ_LAST(head, headname); (at) != 0; (at) = TAILQ_PREV(at, headname, field))

#define TAILQ_INIT(head)                                                                           \
  do {                                                                                             \
    TAILQ_FIRST(head) = 0;                                                                         \
    (head)->tqh_last = &TAILQ_FIRST(head);                                                         \
  } while (0)
#define TAILQ_INSERT_HEAD(head, element, field)                                                    \
  do {                                                                                             \
    TAILQ_NEXT(element, field) = TAILQ_FIRST(head);                                                \
    if (TAILQ_FIRST(head) != 0)                                                                    \
      TAILQ_FIRST(head)->field.tqe_prev = &TAILQ_NEXT(element, field);                             \
    else                                                                                           \
      (head)->tqh_last = &TAILQ_NEXT(element, field);                                              \
    TAILQ_FIRST(head) = (element);                                                                 \
    (element)->field.tqe_prev = &TAILQ_FIRST(head);                                                \
  } while (0)
#define TAILQ_INSERT_TAIL(head, element, field)                                                    \
  do {                                                                                             \
    TAILQ_NEXT(element, field) = 0;                                                                \
    (element)->field.tqe_prev = (head)->tqh_last;                                                  \
    *(head)->tqh_last = (element);                                                                 \
    (head)->tqh_last = &TAILQ_NEXT(element, field);                                                \
  } while (0)
#define TAILQ_INSERT_AFTER(head, place, element, field)                                            \
  do {                                                                                             \
    TAILQ_NEXT(element, field) = TAILQ_NEXT(place, field);                                         \
    if (TAILQ_NEXT(place, field) != 0)                                                             \
      TAILQ_NEXT(place, field)->field.tqe_prev = &TAILQ_NEXT(element, field);                      \
    else                                                                                           \
      (head)->tqh_last = &TAILQ_NEXT(element, field);                                              \
    TAILQ_NEXT(place, field) = (element);                                                          \
    (element)->field.tqe_prev = &TAILQ_NEXT(place, field);                                         \
  } while (0)
#define TAILQ_INSERT_BEFORE(place, element, field)                                                 \
  do {                                                                                             \
    (element)->field.tqe_prev = (place)->field.tqe_prev;                                           \
    TAILQ_NEXT(element, field) = (place);                                                          \
    *(place)->field.tqe_prev = (element);                                                          \
    (place)->field.tqe_prev = &TAILQ_NEXT(element, field);                                         \
  } while (0)
#define TAILQ_REMOVE(head, element, field)                                                         \
  do {                                                                                             \
    if (TAILQ_NEXT(element, field) != 0)                                                           \
      TAILQ_NEXT(element, field)->field.tqe_prev = (element)->field.tqe_prev;                      \
    else                                                                                           \
      (head)->tqh_last = (element)->field.tqe_prev;                                                \
    *(element)->field.tqe_prev = TAILQ_NEXT(element, field);                                       \
  } while (0)
#define TAILQ_CONCAT(head, other, field)                                                           \
  do {                                                                                             \
    if (!TAILQ_EMPTY(other)) {                                                                     \
      *(head)->tqh_last = TAILQ_FIRST(other);                                                      \
      TAILQ_FIRST(other)->field.tqe_prev = (head)->tqh_last;                                       \
      (head)->tqh_last = (other)->tqh_last;                                                        \
      TAILQ_INIT(other);                                                                           \
    }                                                                                              \
  } while (0)

#endif
