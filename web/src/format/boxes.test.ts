import { describe, expect, it } from "vitest";
import { barsOf } from "./boxes";

const line = (y0: number, x0 = 10, x1 = 50) => ({ x0, y0, x1, y1: y0 + 2 });

describe("the bars beside a passage", () => {
  it("join neighbouring lines and leave out what lies far away", () => {
    expect(barsOf([line(10), line(13), line(17), line(95)])).toEqual([{ x0: 10, y0: 10, x1: 50, y1: 19 }, line(95)]);
  });
  it("keep columns apart", () => {
    expect(barsOf([line(80), line(83), line(83, 55, 90)]).length).toBe(2);
  });
  it("are none without boxes", () => {
    expect(barsOf([])).toEqual([]);
  });
});
