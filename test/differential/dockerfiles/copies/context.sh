mkdir -p d/sub e private over/etc over/bin
printf '*.md\nignored\n' >.dockerignore
echo 1 >d/one
chmod 640 d/one
echo 2 >d/sub/two
ln -s one d/ln
echo m >x.md
: >ignored
echo e >e/only
echo p >private/f
chmod 700 private
printf '#!/bin/sh\necho hi\n' >run.sh
chmod 755 run.sh
echo 'not a tar' >fake.tar.gz
echo o >over/etc/own
echo t >over/bin/tool
tar -czf pack.tgz d run.sh
