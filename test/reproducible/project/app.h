#ifndef BUILT
#define BUILT __DATE__ " " __TIME__
#endif
int add(int a, int b);
void greet(int sum);
