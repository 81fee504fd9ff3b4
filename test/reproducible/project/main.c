#include "app.h"
int main(void) { greet(add(1, 2)); return 0; }
