#include <stdio.h>
#include "app.h"
void greet(int sum) { printf("%d, built %s, kept at %s\n", sum, BUILT, __FILE__); }
