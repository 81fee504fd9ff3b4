cp "$ROOTFS" rootfs.tar
