// Terminals: the host answers as for a descriptor that is none; speeds and modes are a struct's.
#include <errno.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "linux.h"

// Speed 0 on the way in is a flag of its own, and means "as on the way out".
enum { SAME_SPEED = (int)020000000000 };

// Asks for the settings, whatever is wanted: that fails as the wish itself does on Linux.
static int ask(int fd) {
  struct termios settings;
  return ioctl(fd, TCGETS, &settings);
}

int tcgetattr(int fd, struct termios *to) { return ioctl(fd, TCGETS, to); }

int tcsetattr(int fd, int when, const struct termios *from) {
  (void)from;
  return when < TCSANOW || when > TCSAFLUSH ? __failed(EINVAL) : ask(fd);
}

int tcsendbreak(int fd, int duration) {
  (void)duration;
  return ask(fd);
}

int tcdrain(int fd) { return ask(fd); }

int tcflush(int fd, int queue) {
  (void)queue;
  return ask(fd);
}

int tcflow(int fd, int action) {
  (void)action;
  return ask(fd);
}

pid_t tcgetsid(int fd) { return ask(fd); }

pid_t tcgetpgrp(int fd) { return ask(fd); }

int tcsetpgrp(int fd, pid_t group) {
  (void)group;
  return ask(fd);
}

static int is_speed(speed_t speed) {
  return speed <= B38400 || (speed >= B57600 && speed <= B4000000);
}

speed_t cfgetospeed(const struct termios *settings) {
  return settings->c_cflag & (CBAUD | CBAUDEX);
}

speed_t cfgetispeed(const struct termios *settings) {
  return settings->c_iflag & SAME_SPEED ? B0 : cfgetospeed(settings);
}

int cfsetospeed(struct termios *settings, speed_t speed) {
  if (!is_speed(speed))
    return __failed(EINVAL);
  settings->c_cflag = (settings->c_cflag & ~(tcflag_t)(CBAUD | CBAUDEX)) | speed;
  settings->c_ospeed = speed;
  return 0;
}

int cfsetispeed(struct termios *settings, speed_t speed) {
  if (!is_speed(speed))
    return __failed(EINVAL);
  settings->c_ispeed = speed;
  if (speed == B0) {
    settings->c_iflag |= (tcflag_t)SAME_SPEED;
    return 0;
  }
  settings->c_iflag &= ~(tcflag_t)SAME_SPEED;
  settings->c_cflag = (settings->c_cflag & ~(tcflag_t)(CBAUD | CBAUDEX)) | speed;
  return 0;
}

// Takes a constant or the number of bits a second.
int cfsetspeed(struct termios *settings, speed_t speed) {
  static const unsigned slow[] = {0,   50,   75,   110,  134,  150,  200,   300,
                                  600, 1200, 1800, 2400, 4800, 9600, 19200, 38400};
  static const unsigned fast[] = {57600,   115200,  230400,  460800,  500000,
                                  576000,  921600,  1000000, 1152000, 1500000,
                                  2000000, 2500000, 3000000, 3500000, 4000000};
  speed_t found = speed;
  for (unsigned i = 0; i < sizeof slow / sizeof *slow; i++)
    found = slow[i] == speed ? B0 + i : found;
  for (unsigned i = 0; i < sizeof fast / sizeof *fast; i++)
    found = fast[i] == speed ? B57600 + i : found;
  if (cfsetispeed(settings, found) < 0)
    return -1;
  return cfsetospeed(settings, found);
}

void cfmakeraw(struct termios *settings) {
  settings->c_iflag &=
      ~(tcflag_t)(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
  settings->c_oflag &= ~(tcflag_t)OPOST;
  settings->c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
  settings->c_cflag = (settings->c_cflag & ~(tcflag_t)(CSIZE | PARENB)) | CS8;
  settings->c_cc[VMIN] = 1;
  settings->c_cc[VTIME] = 0;
}
