mkdir -p public/css/deep public/empty conf/extra.d
echo '<html>' >public/index.html
echo 'body{}' >public/css/deep/a.css
chmod 600 public/css/deep/a.css
chmod 750 public/css
echo 'server' >conf/default.conf
echo 'gzip on' >conf/extra.d/gzip.conf
