/** Problems by what was not done and why: a person decides once for all of the same kind. */
import type { ProblemItem } from "../services/work";

export interface ProblemGroup {
  key: string;
  stage: string;
  code: string;
  /** The reason, when all of the group give the same; else the first one's. */
  reason: string;
  items: ProblemItem[];
}

/** Largest group first. */
export function groupProblems(problems: readonly ProblemItem[], reasonOf: (problem: ProblemItem) => string): ProblemGroup[] {
  const groups = new Map<string, ProblemGroup>();
  for (const problem of problems) {
    const reason = reasonOf(problem);
    const key = `${problem.stage}|${problem.reason_code}|${reason}`;
    const group = groups.get(key) ?? { key, stage: problem.stage, code: problem.reason_code, reason, items: [] };
    groups.set(key, group);
    group.items.push(problem);
  }
  return [...groups.values()].sort((a, b) => b.items.length - a.items.length);
}
