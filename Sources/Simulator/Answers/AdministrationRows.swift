/// The objects of the administration endpoints, as JSON.
struct AdministrationRows {
  let organization: Organization

  func project(_ project: Project) -> [UInt8] {
    object { writer in
      writer.raw("\"id\":")
      writer.string(project.id)
      writer.raw(",\"object\":\"organization.project\",\"name\":")
      writer.string(project.name)
      writer.raw(",\"created_at\":")
      writer.integer(project.createdAt)
      time(",\"archived_at\":", project.archivedAt, &writer)
      writer.raw(",\"status\":")
      writer.string(project.archivedAt == nil ? "active" : "archived")
      writer.raw(",\"external_key_id\":null,\"residency\":")
      writer.string(project.residency)
    }
  }

  func user(_ user: Principal) -> [UInt8] {
    object { writer in
      writer.raw("\"object\":\"organization.user\",")
      identity(user, &writer)
      writer.raw(",\"role\":")
      writer.string(user.role)
      writer.raw(",\"added_at\":")
      writer.integer(user.addedAt)
      writer.raw(",\"created\":")
      writer.integer(user.addedAt - 86_400)
      writer.raw(",\"is_default\":false,\"is_service_account\":false,\"is_scim_managed\":false")
      writer.raw(",\"api_key_last_used_at\":null,\"projects\":{\"object\":\"list\",\"data\":[")
      for (index, membership) in user.memberships.enumerated() {
        if index > 0 { writer.byte(UInt8(ascii: ",")) }
        writer.raw("{\"id\":")
        writer.string(organization.projects[membership].id)
        writer.raw(",\"name\":")
        writer.string(organization.projects[membership].name)
        writer.raw(",\"role\":\"member\"}")
      }
      writer.raw("]},\"user\":{\"object\":\"user\",")
      identity(user, &writer)
      writer.raw(",\"picture\":null,\"enabled\":true,\"banned\":false,\"banned_at\":null}")
    }
  }

  func projectUser(_ user: Principal) -> [UInt8] {
    object { writer in
      writer.raw("\"object\":\"organization.project.user\",")
      identity(user, &writer)
      writer.raw(",\"role\":")
      writer.string(user.role == "owner" ? "owner" : "member")
      writer.raw(",\"added_at\":")
      writer.integer(user.addedAt)
    }
  }

  func serviceAccount(_ account: Principal) -> [UInt8] {
    object { writer in
      writer.raw("\"object\":\"organization.project.service_account\",\"id\":")
      writer.string(account.id)
      writer.raw(",\"name\":")
      writer.string(account.name ?? "")
      writer.raw(",\"role\":")
      writer.string(account.role)
      writer.raw(",\"created_at\":")
      writer.integer(account.addedAt)
    }
  }

  func key(_ key: APIKey, ownerActive: Bool) -> [UInt8] {
    let owner = organization.principals[key.owner]
    return object { writer in
      writer.raw("\"object\":\"organization.project.api_key\",\"redacted_value\":")
      writer.string(key.redacted)
      writer.raw(",\"name\":")
      writer.string(key.name)
      writer.raw(",\"created_at\":")
      writer.integer(key.createdAt)
      time(",\"last_used_at\":", key.lastUsedAt, &writer)
      time(",\"expires_at\":", key.expiresAt, &writer)
      writer.raw(",\"id\":")
      writer.string(key.id)
      writer.raw(",\"owner_project_access\":")
      writer.string(ownerActive ? "active" : "inactive")
      writer.raw(",\"owner\":{\"type\":")
      writer.raw(
        owner.isServiceAccount
          ? "\"service_account\",\"service_account\":{\"id\":" : "\"user\",\"user\":{\"id\":")
      writer.string(owner.id)
      if !owner.isServiceAccount {
        writer.raw(",\"email\":")
        writer.string(owner.email ?? "")
      }
      writer.raw(",\"name\":")
      writer.string(owner.name ?? "")
      writer.raw(",\"created_at\":")
      writer.integer(owner.addedAt)
      writer.raw(",\"role\":")
      writer.string(owner.role == "owner" ? "owner" : "member")
      writer.raw("}}")
    }
  }

  func adminKey(_ key: AdminKey) -> [UInt8] {
    object { writer in
      writer.raw("\"object\":\"organization.admin_api_key\",\"id\":")
      writer.string(key.id)
      writer.raw(",\"name\":")
      writer.string(key.name)
      writer.raw(",\"redacted_value\":")
      writer.string(key.redacted)
      writer.raw(",\"created_at\":")
      writer.integer(key.createdAt)
      writer.raw(",\"expires_at\":null,\"last_used_at\":null,\"owner\":{\"type\":\"user\"")
      writer.raw(",\"object\":\"organization.user\",\"id\":")
      writer.string(organization.principals[0].id)
      writer.raw(",\"name\":")
      writer.string(organization.principals[0].name ?? "")
      writer.raw(",\"created_at\":")
      writer.integer(organization.principals[0].addedAt)
      writer.raw(",\"role\":\"owner\"}")
    }
  }

  /// - Parameter object: `organization.spend_limit` or `project.spend_limit`.
  func spendLimit(_ name: StaticString, dollars: Int) -> [UInt8] {
    object { writer in
      writer.raw("\"object\":\"")
      writer.raw(name)
      writer.raw("\",\"threshold_amount\":")
      writer.integer(dollars * 100)
      writer.raw(",\"currency\":\"USD\",\"interval\":\"month\",\"enforcement\":{\"status\":\"inactive\"}")
    }
  }

  private func object(_ fill: (inout ByteWriter) -> Void) -> [UInt8] {
    var writer = ByteWriter(capacity: 512)
    writer.raw("{")
    fill(&writer)
    writer.raw("}")
    return writer.bytes
  }

  private func identity(_ principal: Principal, _ writer: inout ByteWriter) {
    writer.raw("\"id\":")
    writer.string(principal.id)
    writer.raw(",\"name\":")
    writer.string(principal.name)
    writer.raw(",\"email\":")
    writer.string(principal.email)
  }

  private func time(_ name: StaticString, _ value: Int?, _ writer: inout ByteWriter) {
    writer.raw(name)
    if let value { writer.integer(value) } else { writer.raw("null") }
  }
}
