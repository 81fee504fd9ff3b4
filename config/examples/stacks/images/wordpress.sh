#!/bin/sh
# Puts WordPress into the working directory on the first start, with the database of WORDPRESS_DB_HOST, _NAME, _USER and _PASSWORD.
set -e
. variables.sh
for name in HOST NAME USER PASSWORD; do from_file "WORDPRESS_DB_$name"; done
if [ ! -e index.php ]; then
    cp -a /usr/src/wordpress/. .
    {
        echo '<?php'
        for name in HOST NAME USER PASSWORD; do echo "define('DB_$name', getenv('WORDPRESS_DB_$name'));"; done
        echo "define('DB_CHARSET', 'utf8'); define('DB_COLLATE', '');"
        # The package wants its files of settings in /etc; this is upstream's end of the file.
        echo "\$table_prefix = getenv('WORDPRESS_TABLE_PREFIX') ?: 'wp_';"
        echo "if (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');"
        echo "require_once ABSPATH . 'wp-settings.php';"
    } > wp-config.php
    chown -R www-data: .
fi
exec "$@"
