/** An influence that is the same in all runs, and why. */
export interface NotVaried {
	readonly what: string;
	readonly why: string;
}

/** The influences that differ between the runs of a verification, and those that do not. */
export interface Coverage {
	readonly varied: readonly string[];
	readonly notVaried: readonly NotVaried[];
}

/** The facts that decide which influences can differ. */
export interface Circumstances {
	/** Sources of the checkout that are copied for each run. */
	readonly copied: readonly string[];
	/** Sources that are mounted without a copy. */
	readonly uncopied: readonly string[];
	/** The copies are on a tmpfs, which lists names in the order of creation. */
	readonly inMemory: boolean;
	/** Why the copies keep their owners; undefined if the owners differ. */
	readonly sameOwner: string | undefined;
	readonly processors: 'varied' | 'fixed' | 'one' | 'not ours';
	/** Each run has its own hostname. */
	readonly hostname: boolean;
}

/** No namespace isolates the wall clock: time_namespaces(7). */
const always: NotVaried = {
	what: 'the time of day, the kernel, the machine, the root filesystem',
	why: 'all runs share them',
};

/** The coverage under these circumstances, in words. */
export function coverageOf(given: Circumstances): Coverage {
	const {copied, uncopied, inMemory, sameOwner, processors, hostname} = given;
	const checkout = copied.length > 0;
	return {
		varied: [
			'the seconds of the clock',
			'process ids',
			'the time zone, locale, name, home and umask of the caller',
			...(checkout ? ['the path of the checkout'] : []),
			...(checkout && inMemory ? ['the order of its directory entries'] : []),
			...(checkout && sameOwner === undefined ? ['its owner'] : []),
			...(sameOwner === undefined ? ['the uid and gid in variables of the caller'] : []),
			...(processors === 'varied' ? ['the number of processors'] : []),
			...(hostname ? ['the hostname'] : []),
		],
		notVaried: [
			...(sameOwner === undefined
				? []
				: [{what: `the uid of the caller${checkout ? ' and the owner of the checkout' : ''}`, why: sameOwner}]),
			...(checkout ? [] : [{what: 'path, order and owner of the checkout', why: 'the spec mounts nothing from it'}]),
			...(checkout && !inMemory
				? [
						{
							what: 'the order of directory entries in the checkout',
							why: 'its copies do not fit into memory, and a disk filesystem may sort names itself',
						},
					]
				: []),
			...processorWords[processors],
			...uncopied.map(what => ({what, why: 'it is mounted from outside the checkout'})),
			always,
		],
	};
}

const processorWords: Readonly<Record<Circumstances['processors'], readonly NotVaried[]>> = {
	varied: [],
	fixed: [],
	one: [{what: 'the number of processors', why: 'this host has only one'}],
	'not ours': [{what: 'the number of processors', why: 'only root can set a cpuset'}],
};

/** The coverage as lines for people. */
export function coverageLines({varied, notVaried}: Coverage): readonly string[] {
	return [`varied: ${varied.join(', ')}`, ...notVaried.map(({what, why}) => `not varied: ${what}: ${why}`)];
}
