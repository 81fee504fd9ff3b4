import type {TestBox} from '../system/box.ts';

/** Two services, one of them on a terminal, a volume, health checks, and records of their lives. */
export const pairSpec = ({name, rootfs}: TestBox): string => `name: ${name}
volumes: {data: {}}
services:
  one:
    rootfs: ${rootfs}
    network_mode: none
    container_name: ${name}-one
    mem_limit: 64m
    record: true
    stop_grace_period: 1s
    volumes: [data:/data]
    healthcheck: {test: "true", interval: 200ms}
    command: [sh, -c, "trap 'exit 0' TERM; echo up; sleep 1000 & wait"]
  two:
    rootfs: ${rootfs}
    network_mode: none
    container_name: ${name}-two
    tty: true
    stop_signal: SIGKILL
    depends_on: {one: {condition: service_healthy}}
    volumes: [data:/data]
    command: [sh, -c, "echo up; exec sleep 1000"]
`;

/** What its containers have after the name of the test. */
export const ofPair: readonly [string, ...string[]] = ['-one', '-two'];
