mkdir conf
echo c >conf/c
echo late >late
echo f >file-over-folder
