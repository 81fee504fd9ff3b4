mkdir -p folder/sub links
echo file >file
echo one >folder/one
echo two >folder/sub/two
ln -s ../file links/to-file
ln -s ../folder links/to-folder
ln -s missing links/dangling
ln -s /etc/passwd links/absolute
