mkdir -p src/routes node_modules/host-only test logs
echo '{}' >package.json
echo '{"lockfileVersion":3}' >package-lock.json
echo 'listen()' >server.js
echo 'route' >src/routes/index.js
echo 'must not arrive' >node_modules/host-only/index.js
echo 'a log' >logs/debug.log
echo 'kept' >logs/.gitkeep
echo 'a test' >test/a.test.js
printf 'SECRET=1\n' >.env
printf 'node_modules\n**/*.log\n*.test.js\n.env*\n' >.dockerignore
