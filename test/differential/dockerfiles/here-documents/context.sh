# What the here-documents are, as files for a builder that does not know them.
echo 'no tab and no $WHO' >PLAIN
echo 'of world' >FILLED
printf '#!/bin/sh\necho world\n' >tool
