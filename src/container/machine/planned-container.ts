import type {ImageFacts} from '../../image/store/facts.ts';
import type {OciConfig} from '../../oci/config.ts';
import type {Project, Service} from '../../spec/model/project.ts';
import type {Plan} from '../../step/verbs/step.ts';

/** A service with its image, its OCI configuration, and its plan. */
export interface PlannedContainer {
	readonly project: Project;
	readonly service: Service;
	readonly image: ImageFacts;
	readonly config: OciConfig;
	readonly plan: Plan;
}
