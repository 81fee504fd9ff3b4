mkdir -p docs src/deep/one src/deep/two build/keep build/drop a/b/tmp tmp
echo 1 >docs/a.md
echo 2 >docs/README.md
echo 3 >docs/b.txt
for name in a b bc d node; do echo $name >src/$name.js; done
echo x >src/deep/one/x1
echo x >src/deep/two/x2
echo y >src/deep/two/y
echo k >build/keep/file
echo d >build/drop/file
echo t >a/b/tmp/t
echo t >tmp/t
echo '#' >'#odd'
cat >.dockerignore <<'IGNORE'
# a comment
*.md
!README.md
docs/*.md
!docs/README.md
!docs/a.md
build
!build/keep
**/tmp
  src/no*.js  
/Dockerfile
.dockerignore
IGNORE
