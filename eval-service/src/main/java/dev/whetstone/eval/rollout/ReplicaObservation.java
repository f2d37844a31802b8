package dev.whetstone.eval.rollout;

/**
 * What the last check of a replica showed.
 *
 * @param url of the replica
 * @param generation of the champion that was checked
 * @param answering whether the replica serves the champion
 * @param trouble what is wrong with it; empty for nothing
 * @param formerTrouble why the former champion is missing on a replica that serves the champion;
 *     empty if it is not
 */
public record ReplicaObservation(
    String url, long generation, boolean answering, String trouble, String formerTrouble) {}
