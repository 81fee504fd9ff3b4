mkdir t
printf '#!/bin/sh\n' >t/tool
chmod 755 t/tool
setcap cap_net_bind_service=+ep t/tool
ln t/tool t/other-name
tar -C t --xattrs --xattrs-include='security.*' -cf capable.tar tool other-name
rm -r t
