import type {ImageFacts} from '../../image/store/facts.ts';
import type {Egress} from '../../network/egress.ts';
import type {OciConfig} from '../../oci/config.ts';
import type {Project, Service} from '../../spec/model/project.ts';
import type {Plan} from '../../step/verbs/step.ts';

/** A service with its image, its OCI configuration, and its plan. */
export interface PlannedContainer {
	readonly project: Project;
	/** The service as this machine makes it: with folders for its volumes, and without what a best effort leaves out. */
	readonly service: Service;
	/** The service of the spec with what its image says: the same on each machine. */
	readonly made: Service;
	readonly image: ImageFacts;
	readonly config: OciConfig;
	readonly plan: Plan;
	/** What the container reaches outside of its networks; everything without it. */
	readonly egress?: Egress;
}
