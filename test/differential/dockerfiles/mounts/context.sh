echo file >file
printf 'very secret' >token
printf 'token\n' >.dockerignore
