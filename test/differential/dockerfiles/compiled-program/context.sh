mkdir -p cmd/app internal/one internal/two .git
echo 'module app' >go.mod
: >go.sum
echo 'echo main' >cmd/app/main.src
echo 'echo one' >internal/one/a.src
echo 'echo two' >internal/two/b.src
echo ref >.git/HEAD
printf '.git\nDockerfile\n' >.dockerignore
