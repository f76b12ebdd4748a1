/**
 * When the kinds of projects that deliver, scale and run workloads are ready.
 *
 * @module
 */

import { field, textField } from "../internal/json_fields.ts";
import type { KubernetesObject } from "../api/types.ts";
import { findCondition, hasCondition } from "./_find_condition.ts";
import {
  byPhase,
  byStatusCondition,
  byStatusConditions,
  failed,
  ready,
  type ReadyKind,
  STATELESS,
  waiting,
} from "./_ready_verdict.ts";

const ROLLOUT_PHASE = byPhase({
  path: ["status", "phase"],
  ready: ["Healthy"],
  message: ["status", "message"],
});

/** Reasons with which a rollout stays degraded until someone acts. */
const FINAL_ROLLOUT_REASONS: ReadonlySet<string | undefined> = new Set([
  "ProgressDeadlineExceeded",
  "RolloutAborted",
]);

const WORKLOAD_GENERATION = "rollout.argoproj.io/workload-generation";

/** Its conditions Available and Healthy are true in mid-rollout as well. */
const rollout: ReadyKind = {
  judge(object) {
    // The generation of the Deployment that it takes its template from.
    const workload = textField(
      object,
      "metadata",
      "annotations",
      WORKLOAD_GENERATION,
    );
    const observed = textField(object, "status", "workloadObservedGeneration");
    if (workload !== undefined && workload !== (observed ?? "")) {
      return waiting(
        "the newest template of its workload has not been observed",
      );
    }
    const verdict = ROLLOUT_PHASE.judge(object);
    const isFinal = textField(object, "status", "phase") === "Degraded" &&
      isStuck(object);
    return isFinal ? failed(verdict.why) : verdict;
  },
};

function isStuck(object: KubernetesObject): boolean {
  const progressing = findCondition(object, "Progressing");
  return field(object, "status", "abort") === true ||
    hasCondition(object, "InvalidSpec") ||
    hasCondition(object, "Progressing", "False") &&
      FINAL_ROLLOUT_REASONS.has(textField(progressing, "reason"));
}

/** What runs once, and ends in one of these phases. */
function analysis(ok: string): ReadyKind {
  return byPhase({
    path: ["status", "phase"],
    ready: [ok],
    failed: ["Failed", "Error", "Inconclusive"],
    message: ["status", "message"],
  });
}

const application: ReadyKind = {
  judge(object) {
    const operation = textField(object, "status", "operationState", "phase");
    const sync = textField(object, "status", "sync", "status");
    const health = textField(object, "status", "health", "status");
    const why = [sync ?? "no sync status", health ?? "no health"].join(", ");
    if (operation === "Running") return waiting(`${why}, being synced`);
    const isReady = sync === "Synced" && health === "Healthy";
    return (isReady ? ready : waiting)(why);
  },
};

/** A fallback replaces metrics that cannot be read. */
const scaled = byStatusCondition("Ready", {
  unless: [["Paused", "True"], ["Fallback", "True"]],
});

const knativeService: ReadyKind = {
  decidedBy: "Ready",
  judge(object) {
    const created = textField(object, "status", "latestCreatedRevisionName");
    const latest = textField(object, "status", "latestReadyRevisionName");
    const verdict = byStatusCondition("Ready").judge(object);
    const isBehind = latest !== undefined && created !== undefined &&
      latest !== created;
    return verdict.state === "ready" && isBehind
      ? waiting(`revision ${created} is not ready`)
      : verdict;
  },
};

/** A model can fail to load behind a predictor that is ready. */
const inferenceService: ReadyKind = {
  decidedBy: "Ready",
  judge(object) {
    const verdict = byStatusCondition("Ready", {
      unless: [["Stopped", "True"]],
    }).judge(object);
    const transition = textField(
      object,
      "status",
      "modelStatus",
      "transitionStatus",
    );
    const isLoaded = transition === undefined || transition === "" ||
      transition === "UpToDate";
    return verdict.state === "ready" && !isLoaded
      ? waiting(`transition status of the model is ${transition}`)
      : verdict;
  },
};

const canary = byPhase({
  path: ["status", "phase"],
  ready: ["Initialized", "Succeeded"],
  failed: ["Failed"],
});

const volcanoJob = byPhase({
  path: ["status", "state", "phase"],
  ready: ["Completed"],
  failed: ["Aborted", "Failed", "Terminated"],
  message: ["status", "state", "message"],
});

/** How to judge the kinds of these projects, by `"group/Kind"`. */
export const DELIVERY_KINDS: readonly (readonly [string, ReadyKind])[] = [
  ["argoproj.io/Rollout", rollout],
  ["argoproj.io/AnalysisRun", analysis("Successful")],
  ["argoproj.io/Experiment", analysis("Successful")],
  ["argoproj.io/Workflow", analysis("Succeeded")],
  ["argoproj.io/Application", application],
  ["argoproj.io/EventBus", byStatusConditions("Deployed", "Configured")],
  ["argoproj.io/EventSource", byStatusConditions("Deployed")],
  ["argoproj.io/Sensor", byStatusConditions("Deployed")],
  ["spot.io/SpotDeployment", rollout],
  ["flagger.app/Canary", canary],
  ["keda.sh/ScaledObject", scaled],
  ["keda.sh/ScaledJob", scaled],
  ["keda.sh/TriggerAuthentication", STATELESS],
  ["keda.sh/ClusterTriggerAuthentication", STATELESS],
  ["serving.knative.dev/Service", knativeService],
  ["serving.knative.dev/Configuration", knativeService],
  ["serving.knative.dev/Route", byStatusCondition("Ready")],
  ["serving.knative.dev/Revision", byStatusCondition("Ready")],
  ["serving.kserve.io/InferenceService", inferenceService],
  ["batch.volcano.sh/Job", volcanoJob],
];
