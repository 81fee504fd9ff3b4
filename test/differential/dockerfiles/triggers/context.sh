mkdir -p app/src
echo 'source' >app/src/main
