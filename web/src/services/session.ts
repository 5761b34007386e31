import { client, unwrap, type Schemas } from "./client";

export type State = Schemas["State"];
export type Session = Schemas["Session"];

export const loadState = () => unwrap(client.GET("/state"));
export const setUp = (token: string, name: string, password: string) =>
  unwrap(client.POST("/setup", { body: { token, name, password } }), { signIn: true });
export const signIn = (name: string, password: string) =>
  unwrap(client.POST("/session", { body: { name, password } }), { signIn: true });
export const signOut = () => unwrap(client.DELETE("/session"));
export const listSessions = async () => (await unwrap(client.GET("/sessions"))).sessions;
export const endSession = (id: number) => unwrap(client.DELETE("/sessions/{id}", { params: { path: { id } } }));
