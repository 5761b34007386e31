import { describe, expect, it } from "vitest";
import { baseName, containerKindOfName, containersOf, membersNamed, membersOf, withinPart } from "./parts";

const part = (path: string, size = 10, state: "ready" | "problem" = "ready") => ({ part: path, path, size, state, type: "text" as const, part_count: 0 });

describe("what lies inside a file", () => {
  it("is named by its own name and by what is around it", () => {
    expect([baseName("a/b/c.txt"), baseName("c.txt"), baseName("a/b/")]).toEqual(["c.txt", "c.txt", "b"]);
    expect([containersOf("3"), containersOf("3-0-1")]).toEqual([[], ["3", "3-0"]]);
    expect(["Offer.EML", "Post.mbox", "old.tar", "Form.pdf", "README"].map(containerKindOfName)).toEqual(["mail", "mailbox", "archive", "document", "document"]);
  });
  it("has its path taken out of a place that repeats it", () => {
    expect(withinPart({ kind: "line", part: "a/b.txt" }, "a/b.txt").part).toBe("");
    expect(withinPart({ kind: "part", part: "a.zip/c.txt" }, "a.zip").part).toBe("c.txt");
    expect(withinPart({ kind: "part", part: "a.zipper" }, "a.zip").part).toBe("a.zipper");
    expect(withinPart({ kind: "part", part: "body" }, undefined).part).toBe("body");
  });
});

describe("an archive's folders", () => {
  const parts = [part("readme.txt"), part("./src/main.c", 5), part("src//lib/util.c", 7, "problem"), part("src/lib/"), part("srcs/x")];
  it("are made of the members' paths", () => {
    const { folders, files } = membersOf(parts, "");
    expect(folders).toEqual([{ name: "src", path: "src", count: 3, size: 22, problems: 1 }, { name: "srcs", path: "srcs", count: 1, size: 10, problems: 0 }]);
    expect(files.map((file) => file.path)).toEqual(["readme.txt"]);
  });
  it("hold only what lies in them", () => {
    expect(membersOf(parts, "src").files.map((file) => file.path)).toEqual(["./src/main.c", "src/lib/"]);
    expect(membersOf(parts, "src/lib").files.map((file) => file.path)).toEqual(["src//lib/util.c"]);
    expect(membersOf(parts, "nowhere")).toEqual({ folders: [], files: [] });
  });
  it("is found by words of its path, at any depth", () => {
    const parts = [part("2019/minutes/March.md"), part("2020/March.txt"), part("readme.txt")];
    expect(membersNamed(parts, " march 2019").map(({ path }) => path)).toEqual(["2019/minutes/March.md"]);
    expect(membersNamed(parts, "MARCH").map(({ path }) => path)).toEqual(["2019/minutes/March.md", "2020/March.txt"]);
    expect(membersNamed(parts, "nothing")).toEqual([]);
  });
});
