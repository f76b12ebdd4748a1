/** The least that a script can do: one request, and nothing imported. */
const headers = { authorization: `Bearer ${Deno.env.get("TOKEN")}` };
const pods = `${Deno.env.get("SERVER")}/api/v1/namespaces/default/pods`;
await (await fetch(pods, { headers })).json();
