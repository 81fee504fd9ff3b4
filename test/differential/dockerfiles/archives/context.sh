mkdir -p t/d/e folder
echo 1 >t/d/one
ln t/d/one t/d/hard
ln -s one t/d/link
ln -s nowhere t/d/dangling
chmod 4755 t/d/one
chmod 2770 t/d/e
chown 7:8 t/d/e
tar -C t -cf plain.tar d
tar -C t -czf packed.tar.gz d
(cd t && echo x >xz && tar -cJf ../packed.tar.xz xz && echo b >bz && tar -cjf ../packed.tar.bz2 bz)
echo 'no archive' | gzip -n >bare.gz
echo file >file.txt
cp t/d/one folder/one
tar -C t -cf owned.tar d
rm -r t
