mkdir -p app/sub
printf 'flask\nredis\n' >requirements.txt
echo 'print(1)' >app/main.py
: >app/__init__.py
: >app/sub/__init__.py
