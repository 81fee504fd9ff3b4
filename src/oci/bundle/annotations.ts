/** What `tsbox export oci` writes into the annotations of a bundle, and a run of the bundle reads. */
export const bundleAnnotations = {
	/** `true`: `tsbox oci run` keeps a record of each run, as `record: true` of the spec says. */
	record: 'tsbox.record',
	/** The digest of the `tsbox.lock` that lies in the bundle: `sha256:` and 64 hex digits. */
	lock: 'tsbox.lock',
} as const;

/** What Podman asks of crun by an annotation, and of this runtime too: `--group-add keep-groups`. */
export const keepsGroupsAnnotation = 'run.oci.keep_original_groups';
