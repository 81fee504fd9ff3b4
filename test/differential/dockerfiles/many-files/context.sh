for a in 1 2 3 4; do
	mkdir -p tree/$a
	for b in $(seq 150); do echo "$a$b" >tree/$a/$b; done
done
name=$(printf '%0120d' 1)
mkdir -p long/$name/$name
echo long >"long/$name/$name/$name"
echo 'not ASCII' >'long/ünï cödé'
