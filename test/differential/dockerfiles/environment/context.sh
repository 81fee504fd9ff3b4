echo changed >changed.txt
echo x >x.txt
