/** The `config` of an image: what a container of it starts with. Source: OCI image-spec, config.md, and Docker's additions to it. */
export interface OciSettings {
	readonly User?: string;
	readonly ExposedPorts?: Readonly<Record<string, Record<string, never>>>;
	/** `name=value`, in the order in which they were set. */
	readonly Env?: readonly string[];
	readonly Entrypoint?: readonly string[];
	readonly Cmd?: readonly string[];
	readonly Healthcheck?: OciHealthcheck;
	readonly Volumes?: Readonly<Record<string, Record<string, never>>>;
	readonly WorkingDir?: string;
	readonly OnBuild?: readonly string[];
	readonly Labels?: Readonly<Record<string, string>>;
	readonly StopSignal?: string;
	readonly Shell?: readonly string[];
}

/** Durations are nanoseconds. */
export interface OciHealthcheck {
	readonly Test?: readonly string[];
	readonly Interval?: number;
	readonly Timeout?: number;
	readonly StartPeriod?: number;
	readonly StartInterval?: number;
	readonly Retries?: number;
}

/** What was done to an image, oldest first. Each entry that is not empty has a layer. */
export interface OciHistory {
	/** RFC 3339. */
	readonly created?: string;
	readonly created_by?: string;
	readonly author?: string;
	readonly comment?: string;
	readonly empty_layer?: boolean;
}

/** The configuration of an image, a file of its own. */
export interface OciConfig {
	readonly created?: string;
	readonly author?: string;
	readonly architecture: string;
	readonly os: string;
	readonly variant?: string;
	readonly config: OciSettings;
	readonly rootfs: {readonly type: 'layers'; readonly diff_ids: readonly string[]};
	readonly history: readonly OciHistory[];
}
