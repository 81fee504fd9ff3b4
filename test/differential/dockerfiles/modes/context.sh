mkdir -p folder/sub as-they-are/closed
printf '#!/bin/sh\n' >run.sh
echo s >secret
echo a >folder/a
echo b >folder/sub/b
for mode in 400 600 644 755 777 2755 4755; do echo $mode >as-they-are/$mode; chmod $mode as-they-are/$mode; done
chmod 500 as-they-are/closed
