/** Something that is the same in all runs, and why. */
export interface NotVaried {
	readonly what: string;
	readonly why: string;
}

/** What the runs of a verification differ in, and what they do not although it may matter. */
export interface Coverage {
	readonly varied: readonly string[];
	readonly notVaried: readonly NotVaried[];
}

/** What decides which of the variations can be had. */
export interface Circumstances {
	/** Sources of the checkout that are copied. */
	readonly copied: readonly string[];
	/** Sources that are mounted as they are. */
	readonly uncopied: readonly string[];
	/** The copies lie on a tmpfs, which tells names in the order in which they were made. */
	readonly inMemory: boolean;
	/** Why the copies keep their owners; undefined where they do not. */
	readonly sameOwner: string | undefined;
	readonly processors: 'varied' | 'fixed' | 'one' | 'not ours';
	/** Each run has a hostname of its own. */
	readonly hostname: boolean;
}

/** No namespace has a clock of the day of its own: time_namespaces(7). */
const always: NotVaried = {
	what: 'the hour and the day, the kernel, the machine, the root filesystem',
	why: 'there is one of each',
};

/** What a verification under these circumstances can find, in words for people. */
export function coverageOf(given: Circumstances): Coverage {
	const {copied, uncopied, inMemory, sameOwner, processors, hostname} = given;
	const checkout = copied.length > 0;
	return {
		varied: [
			'the second of the clock',
			'process numbers',
			'the time zone, locale, name, home and umask of the caller',
			...(checkout ? ['the path of the checkout'] : []),
			...(checkout && inMemory ? ['the order of names in it'] : []),
			...(checkout && sameOwner === undefined ? ['its owner'] : []),
			...(sameOwner === undefined ? ['the uid and gid in variables of the caller'] : []),
			...(processors === 'varied' ? ['the number of processors'] : []),
			...(hostname ? ['the hostname'] : []),
		],
		notVaried: [
			...(sameOwner === undefined
				? []
				: [{what: `the uid of the caller${checkout ? ' and the owner of the checkout' : ''}`, why: sameOwner}]),
			...(checkout ? [] : [{what: 'path, order and owner of the checkout', why: 'nothing of it is mounted'}]),
			...(checkout && !inMemory
				? [
						{
							what: 'the order of names in the checkout',
							why: 'its copies are too large for memory, and a filesystem may have an order of its own',
						},
					]
				: []),
			...processorWords[processors],
			...uncopied.map(what => ({what, why: 'it is mounted from outside of the checkout'})),
			always,
		],
	};
}

const processorWords: Readonly<Record<Circumstances['processors'], readonly NotVaried[]>> = {
	varied: [],
	fixed: [],
	one: [{what: 'the number of processors', why: 'there is one alone'}],
	'not ours': [{what: 'the number of processors', why: 'only root can keep a container to some, by a cpuset'}],
};

/** The same as lines for people. */
export function coverageLines({varied, notVaried}: Coverage): readonly string[] {
	return [`varied: ${varied.join(', ')}`, ...notVaried.map(({what, why}) => `not varied: ${what}: ${why}`)];
}
