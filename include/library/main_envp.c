// main() with three parameters: the compiler leaves its name as it is.

extern char **environ;

int main_envp(int, char **, char **) __asm__("main");
int __main_argc_argv(int, char **);

int __main_argc_argv(int argc, char **argv) { return main_envp(argc, argv, environ); }
